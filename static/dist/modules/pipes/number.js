$h["pipes/number"]=(b,[e],{De:h})=>h(b,e);
