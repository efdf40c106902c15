; ModuleID = 'a.c'
source_filename = "a.c"
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpf"

%struct.item = type { i32, [3 x i32] }

@_license = dso_local global [4 x i8] c"GPL\00", section "license", align 1, !dbg !0

; Function Attrs: nounwind
define dso_local i32 @prog(ptr noundef %0) #0 section "socket" !dbg !17 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.item, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  store ptr %0, ptr %2, align 8, !tbaa !34
    #dbg_declare(ptr %2, !22, !DIExpression(), !38)
  call void @llvm.lifetime.start.p0(i64 16, ptr %3) #4, !dbg !39
    #dbg_declare(ptr %3, !23, !DIExpression(), !40)
  %6 = getelementptr inbounds %struct.item, ptr %3, i32 0, i32 0, !dbg !41
  %7 = load ptr, ptr %2, align 8, !dbg !42, !tbaa !34
  %8 = ptrtoint ptr %7 to i64, !dbg !43
  %9 = trunc i64 %8 to i32, !dbg !44
  %10 = and i32 %9, 1, !dbg !45
  store i32 %10, ptr %6, align 4, !dbg !41, !tbaa !46
  %11 = getelementptr inbounds %struct.item, ptr %3, i32 0, i32 1, !dbg !41
  store i32 1, ptr %11, align 4, !dbg !49, !tbaa !50
  %12 = getelementptr inbounds i32, ptr %11, i64 1, !dbg !49
  store i32 2, ptr %12, align 4, !dbg !49, !tbaa !50
  %13 = getelementptr inbounds i32, ptr %11, i64 2, !dbg !49
  store i32 3, ptr %13, align 4, !dbg !49, !tbaa !50
  call void @llvm.lifetime.start.p0(i64 4, ptr %4) #4, !dbg !51
    #dbg_declare(ptr %4, !31, !DIExpression(), !52)
  store i32 0, ptr %4, align 4, !dbg !52, !tbaa !50
  call void @llvm.lifetime.start.p0(i64 4, ptr %5) #4, !dbg !53
    #dbg_declare(ptr %5, !32, !DIExpression(), !54)
  store i32 0, ptr %5, align 4, !dbg !54, !tbaa !50
  br label %14, !dbg !53

14:                                               ; preds = %34, %1
  %15 = load i32, ptr %5, align 4, !dbg !55, !tbaa !50
  %16 = icmp slt i32 %15, 4, !dbg !57
  br i1 %16, label %18, label %17, !dbg !58

17:                                               ; preds = %14
  call void @llvm.lifetime.end.p0(i64 4, ptr %5) #4, !dbg !59
  br label %37

18:                                               ; preds = %14
  %19 = load i32, ptr %5, align 4, !dbg !60, !tbaa !50
  %20 = getelementptr inbounds %struct.item, ptr %3, i32 0, i32 1, !dbg !62
  %21 = load i32, ptr %5, align 4, !dbg !63, !tbaa !50
  %22 = and i32 %21, 1, !dbg !64
  %23 = sext i32 %22 to i64, !dbg !65
  %24 = getelementptr inbounds [3 x i32], ptr %20, i64 0, i64 %23, !dbg !65
  %25 = load i32, ptr %24, align 4, !dbg !66, !tbaa !50
  %26 = add nsw i32 %25, %19, !dbg !66
  store i32 %26, ptr %24, align 4, !dbg !66, !tbaa !50
  %27 = load i32, ptr %5, align 4, !dbg !67, !tbaa !50
  %28 = call i32 @same(ptr noundef %3, i32 noundef %27), !dbg !68
  %29 = load i32, ptr %5, align 4, !dbg !69, !tbaa !50
  %30 = call i32 @other(ptr noundef %3, i32 noundef %29), !dbg !70
  %31 = add nsw i32 %28, %30, !dbg !71
  %32 = load i32, ptr %4, align 4, !dbg !72, !tbaa !50
  %33 = add nsw i32 %32, %31, !dbg !72
  store i32 %33, ptr %4, align 4, !dbg !72, !tbaa !50
  br label %34, !dbg !73

34:                                               ; preds = %18
  %35 = load i32, ptr %5, align 4, !dbg !74, !tbaa !50
  %36 = add nsw i32 %35, 1, !dbg !74
  store i32 %36, ptr %5, align 4, !dbg !74, !tbaa !50
  br label %14, !dbg !59, !llvm.loop !75

37:                                               ; preds = %17
  %38 = load i32, ptr %4, align 4, !dbg !78, !tbaa !50
  %39 = and i32 %38, 65535, !dbg !79
  call void @llvm.lifetime.end.p0(i64 4, ptr %4) #4, !dbg !80
  call void @llvm.lifetime.end.p0(i64 16, ptr %3) #4, !dbg !80
  ret i32 %39, !dbg !81
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: noinline nounwind
define internal i32 @same(ptr noundef %0, i32 noundef %1) #2 !dbg !82 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8, !tbaa !34
    #dbg_declare(ptr %3, !88, !DIExpression(), !90)
  store i32 %1, ptr %4, align 4, !tbaa !50
    #dbg_declare(ptr %4, !89, !DIExpression(), !91)
  %5 = load ptr, ptr %3, align 8, !dbg !92, !tbaa !34
  %6 = call i32 @weigh(ptr noundef %5), !dbg !93
  %7 = load i32, ptr %4, align 4, !dbg !94, !tbaa !50
  %8 = load ptr, ptr %3, align 8, !dbg !95, !tbaa !34
  %9 = getelementptr inbounds %struct.item, ptr %8, i32 0, i32 0, !dbg !96
  %10 = load i32, ptr %9, align 4, !dbg !96, !tbaa !46
  %11 = mul nsw i32 %7, %10, !dbg !97
  %12 = add nsw i32 %6, %11, !dbg !98
  ret i32 %12, !dbg !99
}

declare !dbg !100 dso_local i32 @other(ptr noundef, i32 noundef) #3

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: nounwind
define internal i32 @weigh(ptr noundef %0) #0 !dbg !107 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8, !tbaa !34
    #dbg_declare(ptr %2, !111, !DIExpression(), !112)
  %3 = load ptr, ptr %2, align 8, !dbg !113, !tbaa !34
  %4 = getelementptr inbounds %struct.item, ptr %3, i32 0, i32 1, !dbg !114
  %5 = getelementptr inbounds [3 x i32], ptr %4, i64 0, i64 0, !dbg !113
  %6 = load i32, ptr %5, align 4, !dbg !113, !tbaa !50
  %7 = mul nsw i32 %6, 3, !dbg !115
  %8 = load ptr, ptr %2, align 8, !dbg !116, !tbaa !34
  %9 = getelementptr inbounds %struct.item, ptr %8, i32 0, i32 1, !dbg !117
  %10 = getelementptr inbounds [3 x i32], ptr %9, i64 0, i64 1, !dbg !116
  %11 = load i32, ptr %10, align 4, !dbg !116, !tbaa !50
  %12 = mul nsw i32 %11, 5, !dbg !118
  %13 = add nsw i32 %7, %12, !dbg !119
  %14 = load ptr, ptr %2, align 8, !dbg !120, !tbaa !34
  %15 = getelementptr inbounds %struct.item, ptr %14, i32 0, i32 1, !dbg !121
  %16 = getelementptr inbounds [3 x i32], ptr %15, i64 0, i64 2, !dbg !120
  %17 = load i32, ptr %16, align 4, !dbg !120, !tbaa !50
  %18 = add nsw i32 %13, %17, !dbg !122
  ret i32 %18, !dbg !123
}

attributes #0 = { nounwind "frame-pointer"="all" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="v3" }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { noinline nounwind "frame-pointer"="all" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="v3" }
attributes #3 = { "frame-pointer"="all" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="v3" }
attributes #4 = { nounwind }

!llvm.dbg.cu = !{!2}
!llvm.module.flags = !{!12, !13, !14, !15}
!llvm.ident = !{!16}

!0 = !DIGlobalVariableExpression(var: !1, expr: !DIExpression())
!1 = distinct !DIGlobalVariable(name: "_license", scope: !2, file: !3, line: 16, type: !8, isLocal: false, isDefinition: true)
!2 = distinct !DICompileUnit(language: DW_LANG_C11, file: !3, producer: "Debian clang version 19.1.7 (3~deb12u1)", isOptimized: true,
    runtimeVersion: 0, emissionKind: FullDebug, retainedTypes: !4, globals: !7, splitDebugInlining: false, nameTableKind: None)
!3 = !DIFile(filename: "a.c", directory: "/src", checksumkind: CSK_MD5, checksum: "e9842c068a5a580b8968706c6f48cf57")
!4 = !{!5, !6}
!5 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!6 = !DIBasicType(name: "long", size: 64, encoding: DW_ATE_signed)
!7 = !{!0}
!8 = !DICompositeType(tag: DW_TAG_array_type, baseType: !9, size: 32, elements: !10)
!9 = !DIBasicType(name: "char", size: 8, encoding: DW_ATE_signed_char)
!10 = !{!11}
!11 = !DISubrange(count: 4)
!12 = !{i32 7, !"Dwarf Version", i32 5}
!13 = !{i32 2, !"Debug Info Version", i32 3}
!14 = !{i32 1, !"wchar_size", i32 4}
!15 = !{i32 7, !"frame-pointer", i32 2}
!16 = !{!"Debian clang version 19.1.7 (3~deb12u1)"}
!17 = distinct !DISubprogram(name: "prog", scope: !3, file: !3, line: 5, type: !18, scopeLine: 6,
    flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !21)
!18 = !DISubroutineType(types: !19)
!19 = !{!5, !20}
!20 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: null, size: 64)
!21 = !{!22, !23, !31, !32}
!22 = !DILocalVariable(name: "ctx", arg: 1, scope: !17, file: !3, line: 5, type: !20)
!23 = !DILocalVariable(name: "i", scope: !17, file: !3, line: 7, type: !24)
!24 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "item", file: !3, line: 1, size: 128, elements: !25)
!25 = !{!26, !27}
!26 = !DIDerivedType(tag: DW_TAG_member, name: "kind", scope: !24, file: !3, line: 1, baseType: !5, size: 32)
!27 = !DIDerivedType(tag: DW_TAG_member, name: "weight", scope: !24, file: !3, line: 1, baseType: !28, size: 96, offset: 32)
!28 = !DICompositeType(tag: DW_TAG_array_type, baseType: !5, size: 96, elements: !29)
!29 = !{!30}
!30 = !DISubrange(count: 3)
!31 = !DILocalVariable(name: "sum", scope: !17, file: !3, line: 8, type: !5)
!32 = !DILocalVariable(name: "n", scope: !33, file: !3, line: 10, type: !5)
!33 = distinct !DILexicalBlock(scope: !17, file: !3, line: 10, column: 2)
!34 = !{!35, !35, i64 0}
!35 = !{!"any pointer", !36, i64 0}
!36 = !{!"omnipotent char", !37, i64 0}
!37 = !{!"Simple C/C++ TBAA"}
!38 = !DILocation(line: 5, column: 51, scope: !17)
!39 = !DILocation(line: 7, column: 2, scope: !17)
!40 = !DILocation(line: 7, column: 14, scope: !17)
!41 = !DILocation(line: 7, column: 18, scope: !17)
!42 = !DILocation(line: 7, column: 30, scope: !17)
!43 = !DILocation(line: 7, column: 24, scope: !17)
!44 = !DILocation(line: 7, column: 19, scope: !17)
!45 = !DILocation(line: 7, column: 34, scope: !17)
!46 = !{!47, !48, i64 0}
!47 = !{!"item", !48, i64 0, !36, i64 4}
!48 = !{!"int", !36, i64 0}
!49 = !DILocation(line: 7, column: 39, scope: !17)
!50 = !{!48, !48, i64 0}
!51 = !DILocation(line: 8, column: 2, scope: !17)
!52 = !DILocation(line: 8, column: 6, scope: !17)
!53 = !DILocation(line: 10, column: 7, scope: !33)
!54 = !DILocation(line: 10, column: 11, scope: !33)
!55 = !DILocation(line: 10, column: 18, scope: !56)
!56 = distinct !DILexicalBlock(scope: !33, file: !3, line: 10, column: 2)
!57 = !DILocation(line: 10, column: 20, scope: !56)
!58 = !DILocation(line: 10, column: 2, scope: !33)
!59 = !DILocation(line: 10, column: 2, scope: !56)
!60 = !DILocation(line: 11, column: 22, scope: !61)
!61 = distinct !DILexicalBlock(scope: !56, file: !3, line: 10, column: 30)
!62 = !DILocation(line: 11, column: 5, scope: !61)
!63 = !DILocation(line: 11, column: 12, scope: !61)
!64 = !DILocation(line: 11, column: 14, scope: !61)
!65 = !DILocation(line: 11, column: 3, scope: !61)
!66 = !DILocation(line: 11, column: 19, scope: !61)
!67 = !DILocation(line: 12, column: 19, scope: !61)
!68 = !DILocation(line: 12, column: 10, scope: !61)
!69 = !DILocation(line: 12, column: 34, scope: !61)
!70 = !DILocation(line: 12, column: 24, scope: !61)
!71 = !DILocation(line: 12, column: 22, scope: !61)
!72 = !DILocation(line: 12, column: 7, scope: !61)
!73 = !DILocation(line: 13, column: 2, scope: !61)
!74 = !DILocation(line: 10, column: 26, scope: !56)
!75 = distinct !{!75, !58, !76, !77}
!76 = !DILocation(line: 13, column: 2, scope: !33)
!77 = !{!"llvm.loop.mustprogress"}
!78 = !DILocation(line: 14, column: 9, scope: !17)
!79 = !DILocation(line: 14, column: 13, scope: !17)
!80 = !DILocation(line: 15, column: 1, scope: !17)
!81 = !DILocation(line: 14, column: 2, scope: !17)
!82 = distinct !DISubprogram(name: "same", scope: !3, file: !3, line: 3, type: !83, scopeLine: 3,
    flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !2,
    retainedNodes: !87)
!83 = !DISubroutineType(types: !84)
!84 = !{!5, !85, !5}
!85 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !86, size: 64)
!86 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !24)
!87 = !{!88, !89}
!88 = !DILocalVariable(name: "i", arg: 1, scope: !82, file: !3, line: 3, type: !85)
!89 = !DILocalVariable(name: "n", arg: 2, scope: !82, file: !3, line: 3, type: !5)
!90 = !DILocation(line: 3, column: 62, scope: !82)
!91 = !DILocation(line: 3, column: 69, scope: !82)
!92 = !DILocation(line: 3, column: 87, scope: !82)
!93 = !DILocation(line: 3, column: 81, scope: !82)
!94 = !DILocation(line: 3, column: 92, scope: !82)
!95 = !DILocation(line: 3, column: 96, scope: !82)
!96 = !DILocation(line: 3, column: 99, scope: !82)
!97 = !DILocation(line: 3, column: 94, scope: !82)
!98 = !DILocation(line: 3, column: 90, scope: !82)
!99 = !DILocation(line: 3, column: 74, scope: !82)
!100 = !DISubprogram(name: "other", scope: !3, file: !3, line: 4, type: !101, flags: DIFlagPrototyped, spFlags: DISPFlagOptimized,
    retainedNodes: !104)
!101 = !DISubroutineType(types: !102)
!102 = !{!5, !103, !5}
!103 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !24, size: 64)
!104 = !{!105, !106}
!105 = !DILocalVariable(name: "i", arg: 1, scope: !100, file: !3, line: 4, type: !103)
!106 = !DILocalVariable(name: "n", arg: 2, scope: !100, file: !3, line: 4, type: !5)
!107 = distinct !DISubprogram(name: "weigh", scope: !3, file: !3, line: 2, type: !108, scopeLine: 2,
    flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !2,
    retainedNodes: !110)
!108 = !DISubroutineType(types: !109)
!109 = !{!5, !85}
!110 = !{!111}
!111 = !DILocalVariable(name: "i", arg: 1, scope: !107, file: !3, line: 2, type: !85)
!112 = !DILocation(line: 2, column: 37, scope: !107)
!113 = !DILocation(line: 2, column: 49, scope: !107)
!114 = !DILocation(line: 2, column: 52, scope: !107)
!115 = !DILocation(line: 2, column: 62, scope: !107)
!116 = !DILocation(line: 2, column: 68, scope: !107)
!117 = !DILocation(line: 2, column: 71, scope: !107)
!118 = !DILocation(line: 2, column: 81, scope: !107)
!119 = !DILocation(line: 2, column: 66, scope: !107)
!120 = !DILocation(line: 2, column: 87, scope: !107)
!121 = !DILocation(line: 2, column: 90, scope: !107)
!122 = !DILocation(line: 2, column: 85, scope: !107)
!123 = !DILocation(line: 2, column: 42, scope: !107)
