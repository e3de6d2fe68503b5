# The keeper of one server: keeper.sh DIRECTORY PROGRAMS. It does the commands that it reads, answers each with an
# exit code, and when there is nothing more to read, because we closed the pipe or our process ended in whatever way,
# it ends the server and removes the directory. It does one thing after the other: a server that is being started is
# started, and then ended.
dir=$1 bin=$2

control() { "$bin/pg_ctl" --pgdata="$dir/data" --wait --silent "$@"; }

obey() {
	case $1 in
	create) "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync ;;
	start) control --log="$dir/log" start ;;
	crash) control --mode=immediate stop ;;
	esac
}

trap : PIPE # nobody may be there any more to hear the answer

while read -r command; do
	obey "$command" </dev/null >>"$dir/log" 2>&1
	echo $?
done
control --mode=immediate stop >/dev/null 2>&1
cd / && rm -rf "$dir"
