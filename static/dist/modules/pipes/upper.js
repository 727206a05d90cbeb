$h["pipes/upper"]=(t,e,{oe:f})=>f(t).toUpperCase();
