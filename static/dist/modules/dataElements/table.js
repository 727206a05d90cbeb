$h["dataElements/table"]=({value:e,rows:r,otherwise:o},t)=>{let a=r.find(({op:r="eq",than:o,ignoreCase:a})=>t.ge(r,e,o,a));return a?a.then:o};
