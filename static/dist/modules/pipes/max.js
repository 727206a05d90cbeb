$h["pipes/max"]=(f,[d],{oe:t})=>t(f).slice(0,d).replace(/[\ud800-\udbff]$/,"");
