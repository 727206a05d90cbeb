$h["parts/embeds"]=e=>({ke:(l,t,o)=>{let{b:m,W:s}=e,a=(e,l)=>{let s=t(m.r);s?o(e,s):l&&m.o(()=>a(e,l-1),500)};s.qe(l,e=>a(e,40))}});
