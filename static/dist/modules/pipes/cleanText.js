$h["pipes/cleanText"]=(e,t,{de:x,ce:a})=>x(a(e));
