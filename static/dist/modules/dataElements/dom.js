(()=>{var u=({selector:a,get:e="text"},{find:d,elements:r})=>{let t=d(a);if(t)return e[0]==="@"?r.attribute(t,e.slice(1)):e==="value"?r.value(t):r.text(t)};$h["dataElements/dom"]=u;})();
