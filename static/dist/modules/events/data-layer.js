$h["events/data-layer"]=({event:a,replay:e},t,{on:n})=>n("@data",({event:n,facts:o,old:s,aa:d})=>{n===a&&(!d||"none"!==e)&&t({facts:o,old:s})});
