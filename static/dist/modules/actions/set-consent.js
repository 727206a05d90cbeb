$h["actions/set-consent"]=({purposes:c=["collect"],to:e},o,{E:s})=>()=>{s(Object.fromEntries(c.map(c=>[c,e])))};
