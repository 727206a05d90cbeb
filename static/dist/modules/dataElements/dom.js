$h["dataElements/dom"]=({selector:e,get:t="text"},{document:l,X:n})=>{let r=l.querySelector(e);if(r)return"@"===t[0]?n.Y(r,t.slice(1)):"value"===t?n.value(r):n.text(r)};
