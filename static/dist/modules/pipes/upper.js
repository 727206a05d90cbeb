$h["pipes/upper"]=(t,e,{ee:f})=>f(t).toUpperCase();
