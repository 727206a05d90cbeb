$h["pipes/first"]=h=>h[0];
