$h["pipes/length"]=h=>h.length;
