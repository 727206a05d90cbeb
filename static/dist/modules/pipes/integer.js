$h["pipes/integer"]=(h,[t],{rr:a})=>Math.trunc(a(h,t));
