$h["pipes/cleanText"]=(e,t,{ne:x,oe:a})=>x(a(e));
