$h["actions/update-variable"]=({name:e,value:a,until:l},i,{ce:n,resolve:r,be:u})=>u.set(e,n(r(a,i)),"route"===l);
