$h["pipes/lower"]=(t,e,{ce:f})=>f(t).toLowerCase();
