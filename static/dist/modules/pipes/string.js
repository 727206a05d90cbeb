$h["pipes/string"]=(t,e,{de:f})=>f(t);
