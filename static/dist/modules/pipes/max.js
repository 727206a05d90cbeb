$h["pipes/max"]=(f,[d],{de:t})=>t(f).slice(0,d).replace(/[\ud800-\udbff]$/,"");
