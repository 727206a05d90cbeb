$h["dataElements/storage"]=({key:r,area:t="local"},{r:a})=>(()=>{try{return a[t+"Storage"].getItem(r)}catch{return}})();
