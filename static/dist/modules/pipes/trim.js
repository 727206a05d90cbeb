$h["pipes/trim"]=(t,e,{ce:f})=>f(t).trim();
