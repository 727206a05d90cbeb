$h["events/all-calls"]=({names:e,per:t="page"},a,{on:n})=>{let l=new Set(e);n("@call",({name:e})=>{l.delete(e)&&!l.size&&a({facts:{}})}),"route"===t&&n("@route",()=>l=new Set(e))};
