$h["actions/update-variable"]=({name:e,value:a,until:l},i,{fe:n,resolve:r,je:u})=>u.set(e,n(r(a,i)),"route"===l);
