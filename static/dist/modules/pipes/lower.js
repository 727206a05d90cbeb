$h["pipes/lower"]=(t,e,{oe:f})=>f(t).toLowerCase();
