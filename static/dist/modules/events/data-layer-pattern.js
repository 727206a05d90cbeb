$h["events/data-layer-pattern"]=({pattern:e,replay:t},a,{on:n})=>{let l=RegExp(e);n("@data",({event:e,facts:n,old:o,aa:s})=>{l.test(e)&&(!s||"none"!==t)&&a({facts:{...n,event:e},old:o})})};
