$h["pipes/string"]=(t,e,{oe:f})=>f(t);
