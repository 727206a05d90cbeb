$h["pipes/upper"]=(t,e,{de:f})=>f(t).toUpperCase();
