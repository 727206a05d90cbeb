$h["parts/push"]=({h:r,b:e})=>{let{r:o}=e,{name:t}=r.dataLayer;return{q:r=>{(o[t]=o[t]||[]).push(r)}}};
