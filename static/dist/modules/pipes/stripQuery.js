$h["pipes/stripQuery"]=(t,e,{ee:f})=>f(t).split(/[?#]/)[0];
