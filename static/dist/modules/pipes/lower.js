$h["pipes/lower"]=(t,e,{de:f})=>f(t).toLowerCase();
