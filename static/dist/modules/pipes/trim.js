$h["pipes/trim"]=(t,e,{ee:f})=>f(t).trim();
