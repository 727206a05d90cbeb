$h["pipes/trim"]=(t,e,{oe:f})=>f(t).trim();
