$h["pipes/integer"]=(h,[t],{De:a})=>Math.trunc(a(h,t));
