$h["pipes/string"]=(t,e,{ce:f})=>f(t);
