$h["dataElements/const"]=({value:a})=>a;
