$h["dataElements/schedule"]=({begins:e,ends:n,weekdays:t},{now:a,r:o})=>{let r=a();return!(r<Date.parse(e))&&!(r>=Date.parse(n))&&(!t||t.includes(new o.Date(r).getDay()||7))};
