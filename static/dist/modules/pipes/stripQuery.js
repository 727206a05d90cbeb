$h["pipes/stripQuery"]=(t,e,{de:f})=>f(t).split(/[?#]/)[0];
