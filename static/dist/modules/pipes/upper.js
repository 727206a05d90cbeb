$h["pipes/upper"]=(t,e,{ce:f})=>f(t).toUpperCase();
