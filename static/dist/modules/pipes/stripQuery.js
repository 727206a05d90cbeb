$h["pipes/stripQuery"]=(t,e,{ce:f})=>f(t).split(/[?#]/)[0];
