$h["parts/push"]=({h:r,y:e})=>{let{r:o}=e,{name:t}=r.dataLayer;return{pushToLayer:r=>{(o[t]=o[t]||[]).push(r)}}};
