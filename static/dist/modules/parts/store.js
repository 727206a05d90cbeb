$h["parts/store"]=e=>{e.g["pipes/@store"]=(a,[l,u])=>(e.J.Re.set(l,"value."+u,e.J.ce(a)),a),e.g["dataElements/@stored"]=({scope:a,name:l})=>e.J.Re.get(a,"value."+l)};
