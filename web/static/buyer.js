// The buyer's page works without this script. With it, photos and videos go up in parts (tus 1.0) and go on by themselves
// where a bad line broke them off: after a pause, after a reload, after the phone was out of reach.
(() => {
  'use strict';
  const PART = 1 << 20; // bytes of a part: little is lost when the line breaks
  const AT_ONCE = 2;
  const root = document.documentElement;
  root.classList.add('scripted');

  // The first field that is wrong is where the reader goes on.
  document.querySelector('[aria-invalid]')?.focus();

  // A form is sent once, however often the button is pressed.
  document.addEventListener('submit', e => {
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = '1';
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(f => { delete f.dataset.sent; }));

  // Files that are not whole yet are kept by the browser, so that a reload loses nothing. Where it keeps none, or has no
  // room, everything else works all the same.
  const shelf = (() => {
    let opened;
    const db = () => opened ||= new Promise((yes, no) => {
      const q = indexedDB.open('recourse-uploads', 1);
      q.onupgradeneeded = () => q.result.createObjectStore('files', { keyPath: 'id' });
      q.onsuccess = () => yes(q.result);
      q.onerror = () => no(q.error);
    });
    const run = async (mode, f) => {
      try {
        const d = await db();
        return await new Promise((yes, no) => {
          const t = d.transaction('files', mode);
          const q = f(t.objectStore('files'));
          t.oncomplete = () => yes(q.result);
          t.onabort = t.onerror = () => no(t.error);
        });
      } catch { return undefined; }
    };
    return {
      put: x => run('readwrite', s => s.put(x)),
      drop: id => run('readwrite', s => s.delete(id)),
      all: async () => (await run('readonly', s => s.getAll())) || [],
    };
  })();
  const DAY = 24 * 60 * 60 * 1000;

  // The script that speaks the protocol is fetched when the first file is there.
  let fetched;
  const protocol = src => fetched ||= new Promise((yes, no) => {
    const s = document.createElement('script');
    s.src = src;
    s.onload = () => yes(window.tus);
    s.onerror = () => { fetched = undefined; s.remove(); no(new Error('offline')); };
    document.head.append(s);
  });

  const el = (tag, cls, text) => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text) e.textContent = text;
    return e;
  };

  const setUp = form => {
    const say = form.dataset;
    const list = form.querySelector('.files');
    const all = [];
    let running = 0;

    const paint = (f, state, words) => {
      f.state = state;
      f.row.className = 'file ' + state;
      f.says.textContent = words || { waiting: say.sayWaiting, sending: say.saySending, paused: say.sayPaused, offline: say.sayOffline, done: say.sayDone, failed: say.sayFailed }[state];
      const over = state === 'done' || state === 'failed';
      f.bar.hidden = over;
      f.pause.hidden = over && !f.again;
      f.pause.textContent = state === 'failed' ? say.sayAgain : state === 'paused' ? say.sayResume : say.sayPause;
      f.gone.hidden = state === 'done';
    };

    const percent = (f, sent) => {
      f.bar.value = f.file.size ? sent / f.file.size : 0;
      if (f.state === 'sending') f.says.textContent = say.saySending + ' · ' + Math.floor(f.bar.value * 100) + ' %';
    };

    const next = () => {
      for (const f of all) {
        if (running >= AT_ONCE) return;
        if (f.state === 'waiting') start(f);
      }
      if (all.length && all.every(f => f.state === 'done')) {
        // What the case has become is on the page itself.
        const writing = [...document.querySelectorAll('textarea')].some(t => t.value !== t.defaultValue);
        if (!writing) setTimeout(() => location.reload(), 1200);
      }
    };

    const leave = (f, state, words) => {
      if (f.runs) { f.runs = false; running--; }
      paint(f, state, words);
      next();
    };

    const failed = (f, err) => {
      const answer = err?.originalResponse;
      const status = answer?.getStatus() || 0;
      if (!status || status >= 500 || [409, 423, 429].includes(status)) {
        // The line: it goes on when it is back, and tries by itself meanwhile.
        leave(f, 'offline');
        clearTimeout(f.timer);
        f.timer = setTimeout(() => { if (f.state === 'offline') { paint(f, 'waiting'); next(); } }, navigator.onLine ? 8000 : 30000);
        return;
      }
      f.again = status === 408;
      shelf.drop(f.id);
      leave(f, 'failed', answer.getBody() || say.sayFailed);
    };

    const start = async f => {
      running++;
      f.runs = true;
      paint(f, 'sending');
      try {
        const tus = await protocol(say.tus);
        if (f.state !== 'sending') return; // stopped meanwhile
        f.up = new tus.Upload(f.file, {
          endpoint: say.upload, uploadUrl: f.url || null, chunkSize: PART, retryDelays: [500, 1500, 4000],
          metadata: { filename: f.file.name || 'file', filetype: f.file.type || '', case: say.case },
          storeFingerprintForResuming: false,
          onShouldRetry: e => { const s = e.originalResponse?.getStatus() || 0; return navigator.onLine && (!s || s >= 500 || s === 409 || s === 423); },
          onUploadUrlAvailable: () => { f.url = f.up.url; keep(f); },
          onProgress: sent => percent(f, sent),
          onSuccess: () => { shelf.drop(f.id); leave(f, 'done'); },
          onError: err => failed(f, err),
        });
        f.up.start();
      } catch (err) { failed(f, err); }
    };

    const keep = f => shelf.put({ id: f.id, at: Date.now(), base: say.upload, case: say.case, url: f.url, file: f.file });

    const stop = f => {
      f.up?.abort().catch(() => {});
      clearTimeout(f.timer);
    };

    const add = (file, kept) => {
      const f = { id: kept?.id || crypto.randomUUID?.() || String(Math.random()).slice(2) + Date.now(), file, url: kept?.url };
      f.row = el('li', 'file');
      f.bar = el('progress');
      f.bar.max = 1;
      f.bar.value = 0;
      f.bar.setAttribute('aria-label', file.name);
      f.says = el('p', 'file-says');
      f.says.setAttribute('role', 'status');
      f.pause = el('button');
      f.gone = el('button', '', say.sayRemove);
      f.pause.type = f.gone.type = 'button';
      f.gone.setAttribute('aria-label', say.sayRemove + ': ' + file.name);
      f.pause.onclick = () => {
        if (f.state === 'sending' || f.state === 'waiting' || f.state === 'offline') { stop(f); leave(f, 'paused'); } else { paint(f, 'waiting'); next(); }
      };
      f.gone.onclick = () => {
        if (f.state !== 'failed') { if (f.up) f.up.abort(true).catch(() => {}); clearTimeout(f.timer); }
        if (f.runs) { f.runs = false; running--; }
        shelf.drop(f.id);
        all.splice(all.indexOf(f), 1);
        f.row.remove();
        next();
      };
      const acts = el('div', 'file-acts');
      acts.append(f.pause, f.gone);
      f.row.append(el('span', 'file-name', file.name), f.bar, f.says, acts);
      list.append(f.row);
      all.push(f);
      if (file.size > +say.most) return paint(f, 'failed', say.sayLarge);
      if (file.size === 0) return paint(f, 'failed', say.sayEmpty);
      paint(f, 'waiting');
      if (!kept) keep(f);
      next();
    };

    form.querySelectorAll('.picks input').forEach(i => i.addEventListener('change', () => {
      [...i.files].forEach(file => add(file));
      i.value = '';
    }));
    form.addEventListener('submit', e => { if (all.length) e.preventDefault(); });

    const place = form.closest('.upload');
    ['dragenter', 'dragover'].forEach(t => place.addEventListener(t, e => { e.preventDefault(); place.classList.add('over'); }));
    ['dragleave', 'drop'].forEach(t => place.addEventListener(t, e => { e.preventDefault(); place.classList.remove('over'); }));
    place.addEventListener('drop', e => [...e.dataTransfer.files].forEach(file => add(file)));

    addEventListener('online', () => { all.filter(f => f.state === 'offline').forEach(f => { clearTimeout(f.timer); paint(f, 'waiting'); }); next(); });
    addEventListener('offline', () => all.filter(f => f.state === 'sending').forEach(f => { stop(f); leave(f, 'offline'); }));

    return { add, base: say.upload, of: say.case };
  };

  const places = [...document.querySelectorAll('form[data-upload]')].map(setUp);

  // What an earlier visit left unfinished goes on; what is older than a day the server has forgotten.
  if (window.indexedDB) shelf.all().then(kept => kept.forEach(k => {
    const place = places.find(p => p.base === k.base && p.of === k.case);
    if (Date.now() - k.at > DAY || k.base === places[0]?.base && !place) shelf.drop(k.id);
    else if (place) place.add(k.file, k);
  }));
})();
