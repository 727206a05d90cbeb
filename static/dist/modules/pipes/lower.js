$h["pipes/lower"]=(t,e,{ee:f})=>f(t).toLowerCase();
