$h["pipes/stripQuery"]=(t,e,{oe:f})=>f(t).split(/[?#]/)[0];
