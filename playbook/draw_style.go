package playbook

// DrawStyle colours a drawing, by day and by night. Every class is under .rd, so that it changes nothing else in
// a page that holds the drawing. Nothing is told by colour alone: ends have a double border and a sign, what was
// walked has a number, what the settings rule out is dashed.
//
// It is written into every drawing, since a drawing is mailed and opened alone. Sizes and
// weights of letters must agree with the inks of layout_text.go, by which the room for words
// is reckoned: a larger size here would let words run over their box. The night colours only
// replace colours, so that the same drawing serves both and nothing moves when the screen
// turns dark.
const DrawStyle = `
.rd{font-family:system-ui,sans-serif,"Noto Sans CJK SC"}
.rd text{fill:#1b2430;font-size:12px}
.rd .title{font-size:20px;font-weight:700}
.rd .name{font-size:14px;font-weight:700}
.rd .lead,.rd .outcome,.rd .target{font-weight:700}
.rd .quiet{font-size:11px;fill:#566172}
.rd .ground{fill:#eef0f3}
.rd .panel{fill:#fbfcfd;stroke:#d3d9e0}
.rd .strip{fill:#f1f3f6;stroke:#9aa4b1;stroke-dasharray:5 4}
.rd .box{fill:#fff;stroke:#465468;stroke-width:1.5}
.rd .card .box{fill:#fff6e2;stroke:#b67a10}
.rd .entry .box{fill:#f1f3f6;stroke:#7b8796;stroke-width:1.2;stroke-dasharray:5 4}
.rd .exit .box{fill:#e9f0fc;stroke:#3a6bbf;stroke-width:1.2}
.rd .target{fill:#1d4a94}
.rd .good .box{fill:#e1f4e6;stroke:#23803f}
.rd .over .box{fill:#efecf4;stroke:#6d5c8b}
.rd .inner{fill:none;stroke-width:1}
.rd .good .inner{stroke:#23803f}
.rd .over .inner{stroke:#6d5c8b}
.rd .good .outcome{fill:#17642e}
.rd .over .outcome{fill:#524270}
.rd .rule{stroke:#c4ccd6;fill:none}
.rd .wire{fill:none;stroke:#465468;stroke-width:1.4}
.rd .tip{fill:#465468}
.rd .back .wire{stroke:#a4501c}
.rd .back .tip{fill:#a4501c}
.rd .exit .wire{stroke:#3a6bbf}
.rd .exit .tip{fill:#3a6bbf}
.rd .icon{fill:none;stroke:#465468;stroke-width:1.3;stroke-linejoin:round}
.rd .icon-5{fill:#465468}
.rd .start{fill:#1b2430}
.rd .good .icon-6{stroke:#17642e;stroke-width:2}
.rd .over .icon-7{stroke:#524270;stroke-width:2}
.rd .off{opacity:.5}
.rd .off .box,.rd .off .wire{stroke-dasharray:2 4}
.rd .walked .box{stroke:#0a66c2;stroke-width:2.5}
.rd .walked .wire{stroke:#0a66c2;stroke-width:3}
.rd .walked .tip,.rd .badge{fill:#0a66c2}
.rd .here .box{stroke:#0a66c2;stroke-width:4;fill:#dcecff}
.rd .ahead .wire{stroke:#0a66c2;stroke-width:2.5;stroke-dasharray:8 5}
.rd .ahead .tip{fill:#0a66c2}
.rd .next .box,.rd .ahead .box{stroke:#0a66c2;stroke-width:2;stroke-dasharray:8 5}
.rd .badge-text{fill:#fff;font-size:11px;font-weight:700;text-anchor:middle}
.rd .count{fill:#1b2430}
.rd .count-text{fill:#fff;font-size:11px;font-weight:700;text-anchor:middle}
.rd a:hover .box{stroke-width:2.5}
@media (prefers-color-scheme:dark){
.rd text{fill:#e4e9f0}
.rd .quiet{fill:#a3afbe}
.rd .ground{fill:#0f1318}
.rd .panel{fill:#171c23;stroke:#333d49}
.rd .strip{fill:#1e252e;stroke:#6d7987}
.rd .box{fill:#202833;stroke:#9fb0c4}
.rd .card .box{fill:#352a12;stroke:#d9a441}
.rd .entry .box{fill:#1e252e;stroke:#8996a6}
.rd .exit .box{fill:#182842;stroke:#7ba6ee}
.rd .target{fill:#a9c7fa}
.rd .good .box{fill:#14301d;stroke:#58b876}
.rd .over .box{fill:#292338;stroke:#a996cb}
.rd .good .inner{stroke:#58b876}
.rd .over .inner{stroke:#a996cb}
.rd .good .outcome{fill:#8fe0a8}
.rd .over .outcome{fill:#cdbdea}
.rd .rule{stroke:#3d4855}
.rd .wire,.rd .icon{stroke:#9fb0c4}
.rd .tip,.rd .icon-5{fill:#9fb0c4}
.rd .back .wire{stroke:#f0a06a}
.rd .back .tip{fill:#f0a06a}
.rd .exit .wire{stroke:#7ba6ee}
.rd .exit .tip{fill:#7ba6ee}
.rd .start{fill:#e4e9f0}
.rd .good .icon-6{stroke:#8fe0a8}
.rd .over .icon-7{stroke:#cdbdea}
.rd .walked .box{stroke:#6cb4ff}
.rd .walked .wire{stroke:#6cb4ff}
.rd .walked .tip,.rd .badge{fill:#6cb4ff}
.rd .here .box{stroke:#6cb4ff;fill:#10335a}
.rd .ahead .wire,.rd .next .box,.rd .ahead .box{stroke:#6cb4ff}
.rd .ahead .tip{fill:#6cb4ff}
.rd .badge-text{fill:#0f1318}
.rd .count{fill:#e4e9f0}
.rd .count-text{fill:#0f1318}
}
`
