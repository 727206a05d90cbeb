$h["pipes/trim"]=(t,e,{de:f})=>f(t).trim();
