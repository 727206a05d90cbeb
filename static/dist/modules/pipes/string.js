$h["pipes/string"]=(t,e,{ee:f})=>f(t);
