(()=>{var e=({event:t,replay:a},o,{on:d})=>d("data",({event:n,facts:r,old:f,isPast:l})=>{n===t&&!(l&&a==="none")&&o({facts:r,old:f})});$h["events/data-layer"]=e;})();
