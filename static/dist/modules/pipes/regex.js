$h["pipes/regex"]=(e,[t,x=0],{ce:f})=>RegExp(t).exec(f(e).slice(0,2e3))[x];
