$h["parts/about"]=({h:e,version:n})=>{let{environment:r,property:o,revision:i}=e;return{tt:{environment:r,property:o.id,revision:i,version:n}}};
