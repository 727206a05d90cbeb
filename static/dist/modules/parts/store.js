$h["parts/store"]=e=>{e.g["pipes/@store"]=(a,[l,u])=>(e.J.$e.set(l,"value."+u,e.J.ce(a)),a),e.g["dataElements/@stored"]=({scope:a,name:l})=>e.J.$e.get(a,"value."+l)};
