$h["pipes/number"]=(b,[e],{rr:h})=>h(b,e);
