$h["pipes/last"]=h=>h[h.length-1];
