$h["pipes/cleanText"]=(e,t,{Y:x,ee:a})=>x(a(e));
