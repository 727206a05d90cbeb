$h["parts/burst"]=({b:r})=>{let t=0;return{$:()=>{if(t++||r.o(()=>t=0,0),t>50)throw Error("rules start each other in a circle")}}};
