$h["pipes/cleanText"]=(e,t,{ue:x,de:a})=>x(a(e));
